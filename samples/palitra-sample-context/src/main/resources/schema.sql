create table orders (id bigint generated always as identity primary key, item varchar(100) not null, price bigint not null);
