create table archive (id int primary key, author varchar(100) not null, text varchar(1000) not null, saved_by varchar(100) not null);
